"""Ground floor: time, frames, shapes, fixes, the plant model, its files and its PostGIS store."""
