"""The parts of one machine as processes, kept running by one supervisor."""
