"""PostGIS: tables, migrations, and the functions that read and write them. The only place that speaks SQL."""
