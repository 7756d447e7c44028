"""A job that does what its configuration says."""

import time

import dagster as dg


class Leeway(dg.ConfigurableResource):
    contract: dict[str, str]
    probe: str = "succeed"


@dg.op
def train(context: dg.OpExecutionContext, leeway: Leeway) -> None:
    contract = leeway.contract
    context.log.info(f"given {contract['LEEWAY_RUN_ID']} {contract['LEEWAY_PARAMS']} {len(contract['LEEWAY_TOKEN'])}")
    for epoch in range(3):
        context.log.info(f"epoch-{epoch}")
    if leeway.probe == "fail":
        raise RuntimeError("no rows to train on")
    if leeway.probe == "slow":
        time.sleep(600)


@dg.job
def probe():
    train()


defs = dg.Definitions(jobs=[probe], resources={"leeway": Leeway.configure_at_launch()})
