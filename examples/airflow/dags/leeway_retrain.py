"""An Airflow DAG, for Airflow 2 and 3, that trains for Leeway. Leeway starts it, and what it needs comes in `dag_run.conf`."""

from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


# No retries: Leeway was told of the failure, and decides itself whether to train again.
@dag(schedule=None, start_date=datetime(2025, 1, 1), catchup=False, is_paused_upon_creation=False, default_args={"retries": 0})
def leeway_retrain():
    @task
    def train(dag_run=None):
        import leeway
        from sklearn.compose import make_column_transformer
        from sklearn.impute import SimpleImputer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import OneHotEncoder, StandardScaler

        with leeway.run(dag_run.conf) as run:
            rows = run.load_train()
            run.log(progress=0.1, message=f"{len(rows)} rows")
            encoder = make_column_transformer(
                (make_pipeline(SimpleImputer(), StandardScaler()), run.numeric),
                (OneHotEncoder(handle_unknown="ignore"), run.categorical),
            )
            classifier = LogisticRegression(C=run.params.number("C", 1.0), max_iter=1_000)
            model = make_pipeline(encoder, classifier).fit(rows[run.feature_names], rows[run.label])
            run.log(train_accuracy=model.score(rows[run.feature_names], rows[run.label]))
            run.save_model(model)

    train()


leeway_retrain()
