"""Flows that do what their parameters say, served until this process is ended."""

import time

from prefect import flow, serve


@flow(name="probe", log_prints=True)
def probe(leeway: dict[str, str], probe: str = "succeed") -> None:
    print("given", leeway["LEEWAY_RUN_ID"], leeway["LEEWAY_PARAMS"], len(leeway["LEEWAY_TOKEN"]))
    for epoch in range(3):
        print(f"epoch-{epoch}")
    if probe == "fail":
        raise RuntimeError("no rows to train on")
    if probe == "slow":
        time.sleep(600)


@flow(name="unserved")
def unserved(leeway: dict[str, str]) -> None:
    pass


if __name__ == "__main__":
    # Known to the server, and run by nobody.
    unserved.to_deployment(name="leeway").apply()
    serve(probe.to_deployment(name="leeway"))
