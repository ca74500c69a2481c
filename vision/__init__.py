"""Camera messages in, camera states and detections out."""
