"""The verbs of the loop, a file a stage: each composes pure stages with the stores. `Project` is their front."""
