"""Lifecycle: monitor, label, train, release. One loop, in the browser, in Python and on the command line.

>>> import lifecycle
>>> lifecycle.UNSURE
UNSURE
"""
