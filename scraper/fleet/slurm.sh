#!/usr/bin/env bash
# A part of the list in each task: housecrawl fleet submit ... --engine slurm | sbatch
# Options of sbatch's own command line come before these.
#SBATCH --job-name=housecrawl
#SBATCH --array=@ARRAY@
#SBATCH --cpus-per-task=1
#SBATCH --mem=3G
#SBATCH --time=12:00:00
#SBATCH --signal=TERM@90
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=housecrawl-%A-%a.log
set -euo pipefail

# Some of the tasks, submitted again, do not tell how many parts there are.
export HOUSECRAWL_PARTS=@PARTS@
export SCRAPY_SETTINGS_MODULE=settings
# A part's ledger is an SQLite file: on the node's own disk, not on the cluster's.
export HOUSECRAWL_STATE=${HOUSECRAWL_STATE:-${SLURM_TMPDIR:-/tmp}/housecrawl-$(id -u)}

code=0
srun --ntasks=1 @COMMAND@ || code=$?

# docs/exit-codes.md: incomplete work and a kill go on; what would end the same is not tried again.
if { [ "$code" = 3 ] || [ "$code" -gt 128 ]; } && [ "${SLURM_RESTART_COUNT:-0}" -lt @AGAIN@ ]; then
    scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
exit "$code"
