"""The detectors on one file, without a database: read, put on grids, score, flag, write."""
