"""A DAG that does what its configuration says, for Airflow 2 and 3."""

import time
from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2025, 1, 1), catchup=False)
def leeway_probe():
    @task
    def train(dag_run=None):
        conf = dag_run.conf
        print("given", conf["LEEWAY_RUN_ID"], conf["LEEWAY_PARAMS"], len(conf["LEEWAY_TOKEN"]))
        for epoch in range(3):
            print(f"epoch-{epoch}", flush=True)
        if conf.get("PROBE") == "fail":
            raise RuntimeError("no rows to train on")
        if conf.get("PROBE") == "slow":
            time.sleep(600)

    train()


leeway_probe()
