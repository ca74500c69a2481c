"""A plant as a directory of GeoJSON, YAML and CSV, both ways, loss-free."""

from gis.files.faults import PlantFault, PlantFilesError
from gis.files.reader import read_plant
from gis.files.writer import write_plant

__all__ = ["PlantFault", "PlantFilesError", "read_plant", "write_plant"]
