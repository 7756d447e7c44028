"""Makes sklearn.json: a small data set with missing values and rare categories, and what scikit-learn fits to it.

    pip install scikit-learn==1.9.1 pandas && python fit_reference.py > sklearn.json
"""
import json

import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

rng = np.random.default_rng(20240229)
n = 400
frame = pd.DataFrame(
    {
        "distance": np.round(rng.gamma(2, 400, n), 1),
        "hour": rng.integers(0, 24, n).astype(float),
        "holiday": rng.random(n) < 0.2,
        "carrier": rng.choice(["AA", "DL", "UA", "WN", "ZZ"], n, p=[0.4, 0.3, 0.17, 0.11, 0.02]),
    }
)
effect = frame.carrier.map({"AA": 0.6, "DL": -0.5, "UA": 0.1, "WN": 0.0, "ZZ": 2.0})
signal = 0.001 * frame.distance - 0.06 * frame.hour + 0.8 * frame.holiday + effect
labels = {
    "binary": np.where(rng.random(n) < 1 / (1 + np.exp(-signal)), "late", "on_time"),
    "multiclass": np.array(["a", "b", "c"])[np.digitize(signal + rng.normal(0, 1, n), [-0.3, 0.9])],
    "regression": np.round(10 * signal + rng.normal(0, 5, n), 3),
}
frame.loc[rng.random(n) < 0.05, "distance"] = np.nan
frame.loc[rng.random(n) < 0.05, "carrier"] = None

kept = ["AA", "DL", "UA", "WN"]  # ZZ has fewer than 20 rows
encoder = ColumnTransformer(
    [
        ("numeric", make_pipeline(StandardScaler(), SimpleImputer()), ["distance", "hour"]),
        ("boolean", "passthrough", ["holiday"]),
        ("categorical", OneHotEncoder(categories=[kept], handle_unknown="ignore", sparse_output=False), ["carrier"]),
    ]
)
design = encoder.fit_transform(frame).astype(float)
classifier = lambda: LogisticRegression(C=1.0, tol=1e-12, max_iter=100_000)
fits = {
    "binary": classifier().fit(design, labels["binary"] == "late"),
    "multiclass": classifier().fit(design, labels["multiclass"]),
    "regression": Ridge(alpha=1.0, tol=1e-12).fit(design, labels["regression"]),
}
rows = json.loads(frame.to_json(orient="values"))
print(
    json.dumps(
        {
            "source": f"scikit-learn {sklearn.__version__}, made by fit_reference.py beside this file",
            "columns": list(frame.columns),
            "rows": rows,
            "labels": {name: values.tolist() for name, values in labels.items()},
            "fits": {
                name: {
                    "coefficients": np.atleast_2d(fit.coef_).tolist(),
                    "intercepts": np.atleast_1d(fit.intercept_).tolist(),
                }
                for name, fit in fits.items()
            },
        }
    )
)
