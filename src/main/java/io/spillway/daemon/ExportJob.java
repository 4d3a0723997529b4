package io.spillway.daemon;

import org.quartz.DisallowConcurrentExecution;
import org.quartz.Job;
import org.quartz.JobExecutionContext;

/**
 * The job that Quartz runs on a thread of its pool. Its name is stored in state databases. Quartz never runs two jobs
 * of one dataset concurrently, even on several daemons.
 */
@DisallowConcurrentExecution
final class ExportJob implements Job {
    private final Runner runner;
    private final Timetable timetable;

    ExportJob(Runner runner, Timetable timetable) {
        this.runner = runner;
        this.timetable = timetable;
    }

    @Override
    public void execute(JobExecutionContext context) {
        String dataset = context.getJobDetail().getKey().getName();
        runner.run(
                dataset,
                Timetable.attempt(context.getTrigger()),
                Timetable.work(context.getTrigger()),
                context.isRecovering(),
                timetable.nextAttempt(dataset));
    }
}
