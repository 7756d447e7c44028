"""Trains a model for Leeway by scikit-learn: whatever features it has, logistic regression, or a forest.

`leeway.run()` gives the data and takes the model; see README.md.
"""

import leeway
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

# Seen less often than this, a category gets no column of its own.
RARE = 20


def frequent(column: pd.Series) -> list[str]:
    return sorted(name for name, count in column.value_counts().items() if name and count >= RARE)


def pipeline(run: leeway.TrainingRun, rows: pd.DataFrame) -> Pipeline:
    categories = [frequent(rows[name]) for name in run.categorical]
    encoder = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), run.numeric),
        (OneHotEncoder(categories=categories, handle_unknown="ignore", sparse_output=False), run.categorical),
    )
    if run.params.text("estimator", "logistic") == "forest":
        trees = run.params.integer("trees", 100)
        return make_pipeline(encoder, RandomForestClassifier(trees, min_samples_leaf=10, random_state=0))
    return make_pipeline(encoder, LogisticRegression(C=run.params.number("C", 1.0), max_iter=1000))


def main() -> None:
    with leeway.run() as run:
        rows = run.load_train()
        print(f"{len(rows)} rows, {run.reason}")
        features, labels = rows[run.feature_names], rows[run.label]

        # Scores a model of the older four fifths on the newest fifth, which is the question that production asks.
        cut = len(rows) * 4 // 5
        model = pipeline(run, features[:cut]).fit(features[:cut], labels[:cut])
        truth, positive = labels[cut:], run.positive or model.classes_[1]
        score = model.predict_proba(features[cut:])[:, list(model.classes_).index(positive)]
        run.log(
            progress=0.5,
            validation_roc_auc=roc_auc_score(truth == positive, score),
            validation_log_loss=log_loss(truth == positive, score),
        )

        run.save_model(pipeline(run, features).fit(features, labels))


if __name__ == "__main__":
    main()
