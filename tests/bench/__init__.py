"""The benchmarks: every figure beside its floor or peer, taken by turns in the same run."""
