package databasetest

import (
	"benso/internal/kernel/database"
	"benso/internal/kernel/job"
)

// Steps are the changes of the schema that run before ours, as the program runs
// them.
var Steps = []database.Step{job.Migrate}
