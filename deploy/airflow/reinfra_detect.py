"""reinfra as an Airflow 3 DAG: search, then send. The workers have `reinfra` and its settings."""  # noqa: INP001 - a file of Airflow, no package

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

LOCKED = 75  # another run is at work: nothing to do, nothing wrong

with DAG(
    dag_id="reinfra_detect",
    schedule="* * * * *",
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001 - Airflow takes it as UTC
    catchup=False,  # `reinfra detect` itself catches up, from where its search has come to
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    tags=["reinfra"],
) as dag:
    detect = BashOperator(
        task_id="detect",
        bash_command="reinfra detect --json",
        skip_on_exit_code=LOCKED,
        retries=0,
    )
    relay = BashOperator(
        task_id="relay",
        bash_command="reinfra alerts relay --json",
        retries=2,
        retry_delay=timedelta(seconds=20),
        trigger_rule="all_done",  # what is found is sent even where a part of the search failed
    )
    detect >> relay
