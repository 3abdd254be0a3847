#!/bin/bash
# An array of jobs, each of which makes a part of a scan, and a job that merges them when all have ended well:
#
#   bash scan.sh                 with the command of the scan below
#   PARTS=64 GIBBS="npx gibbs" bash scan.sh
set -euo pipefail
PARTS=${PARTS:-8}
GIBBS=${GIBBS:-gibbs}
SCAN=${SCAN:-scan ising --size 128 --temperature 2.1:2.4:61 --replicas 4 --steps 20000}
FOLDER=${FOLDER:-parts}
mkdir -p "$FOLDER"

# %a is the number of the task. A task that failed is made again by the same line with --array=K. Ask for time, memory and a GPU as
# your cluster wants it, and add --device gpu: without it a task without a GPU runs on a processor.
array=$(sbatch --parsable --array="1-$PARTS" --job-name=gibbs --output="$FOLDER/part-%a.log" <<JOB
#!/bin/bash
$GIBBS $SCAN --shard "\$SLURM_ARRAY_TASK_ID/$PARTS" --out "$FOLDER/part-\$SLURM_ARRAY_TASK_ID.gibbs" --quiet
JOB
)

sbatch --parsable --dependency="afterok:$array" --kill-on-invalid-dep=yes --job-name=gibbs-merge --output="$FOLDER/merge.log" <<JOB
#!/bin/bash
$GIBBS merge "$FOLDER"/part-*.gibbs --out "$FOLDER/scan.csv" --json > "$FOLDER/scan.json"
JOB
