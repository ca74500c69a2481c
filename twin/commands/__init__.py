"""The verbs of the `twin` command line, one module each; every module has a click command named `command`."""
