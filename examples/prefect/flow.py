"""A Prefect flow that trains for Leeway. Leeway starts it, and what it needs comes in the parameter `leeway`."""

import leeway as client
from prefect import flow
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


@flow(name="leeway-retrain", log_prints=True)
def leeway_retrain(leeway: dict[str, str]) -> None:
    with client.run(leeway) as run:
        rows = run.load_train()
        print(f"{len(rows)} rows, {run.reason}")
        encoder = make_column_transformer(
            (make_pipeline(SimpleImputer(), StandardScaler()), run.numeric),
            (OneHotEncoder(handle_unknown="ignore"), run.categorical),
        )
        classifier = LogisticRegression(C=run.params.number("C", 1.0), max_iter=1_000)
        model = make_pipeline(encoder, classifier).fit(rows[run.feature_names], rows[run.label])
        run.log(train_accuracy=model.score(rows[run.feature_names], rows[run.label]))
        run.save_model(model)


if __name__ == "__main__":
    # Registers the deployment `leeway-retrain/leeway` and runs what is asked of it, until it is ended.
    leeway_retrain.serve(name="leeway")
