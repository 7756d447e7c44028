"""A DAG of which no run ever begins."""

from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2025, 1, 1), catchup=False, is_paused_upon_creation=True)
def leeway_paused():
    @task
    def train():
        pass

    train()


leeway_paused()
