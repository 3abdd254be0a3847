"""Reads what results-to-pandas.js writes, from the current folder. Needs NumPy and pandas."""

import numpy as np
import pandas as pd

summary = pd.read_csv("summary.csv", index_col="temperature")
series = pd.read_csv("series.csv")
spins = np.load("spins.npy")

# The rows of the summary and the replicas of the series have the same order.
by_replica = series.groupby("replica")
summary["energy_from_series"] = by_replica["energy"].mean().to_numpy()
summary["magnetization_of_last_state"] = spins.mean(axis=(1, 2))
summary["z"] = (summary["energy"] - summary["energy_exact"]) / summary["energy_error"]
print(summary.round(4).to_string())

# The means of the series are those of the summary, and the last state is the last row of its replica.
assert np.allclose(summary["energy"], summary["energy_from_series"], rtol=0, atol=1e-12)
last = by_replica["magnetization"].last().to_numpy()
assert np.allclose(summary["magnetization_of_last_state"], last, rtol=0, atol=1e-12)
