"""Is it well, and if not, why not: for probes, for people, and for the gauges of the metrics."""
