import { airflow } from './airflow/index.ts';
import { argo } from './argo/index.ts';
import { azureml } from './azureml/index.ts';
import { dagster } from './dagster/index.ts';
import { databricks } from './databricks/index.ts';
import type { Executor } from './executor.ts';
import { github } from './github/index.ts';
import { gitlab } from './gitlab/index.ts';
import { jenkins } from './jenkins/index.ts';
import { kubeflow } from './kubeflow/index.ts';
import { kubernetes } from './kubernetes/index.ts';
import { prefect } from './prefect/index.ts';
import { sagemaker } from './sagemaker/index.ts';
import { webhook } from './webhook/index.ts';

/** The executors of other systems. */
export const REMOTE: readonly Executor<never>[] = [
  airflow,
  argo,
  azureml,
  dagster,
  databricks,
  github,
  gitlab,
  jenkins,
  kubeflow,
  kubernetes,
  sagemaker,
  prefect,
  webhook,
];
