"""The project's documents as pages of the box: read and searched without a network."""
