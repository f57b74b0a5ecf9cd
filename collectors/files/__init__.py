"""Files that grow, rotate and are replaced, on disk or on S3, as series."""
