"""The other way round: what a thing or a team consumes and produces, whether a path leads there, which fields are read."""
