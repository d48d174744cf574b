"""Where a job runs: in a child process with limits, behind one small interface. Engines know records and errors, nothing of the stages."""
