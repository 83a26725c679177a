"""Any activity: which version of the studio this is."""

NAME = "DeepDeadNet"
VERSION = "0.1.0"
