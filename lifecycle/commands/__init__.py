"""The command line, a file a stage; `lifecycle.__main__` puts the files together."""
