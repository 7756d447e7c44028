"""A pipeline of Kubeflow, with one component, that trains for Leeway.

    TRAINER_IMAGE=registry.example.org/trainer:1 python pipeline.py

writes pipeline.yaml, to be uploaded under the name `leeway-retrain`. What the component needs comes in the parameter `leeway`.
"""

import os

from kfp import compiler, dsl


# Caching off: the same parameters never come twice, and a training that was skipped would leave no model.
@dsl.component(base_image=os.environ.get("TRAINER_IMAGE", "registry.example.org/trainer:1"), install_kfp_package=False)
def train(leeway: str):
    import leeway as client
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

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


@dsl.pipeline(name="leeway-retrain", description="Trains a model anew when Leeway asks for it.")
def leeway_retrain(leeway: str):
    train(leeway=leeway).set_caching_options(False)


if __name__ == "__main__":
    compiler.Compiler().compile(leeway_retrain, "pipeline.yaml")
