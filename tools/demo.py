"""`make demo`: real pictures become a deployed model on a local AWS, and everything goes again.

Exit code 0 only if every check at the end was true.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.config import Settings, SettingsError
from local_aws.launcher import LocalAws, LocalAwsError
from tools.cdk_cli import CdkCli, CdkCliError
from tools.demo_pipeline import DemoPipeline
from tools.demo_view import DemoView
from tools.digits import digits
from tools.local_stack import LOCAL_STACK, Outputs, deploy_local, local_cli
from tools.model_removal import RemovalError
from tools.signals import end_like_ctrl_c

PICTURES_PER_DIGIT = 16
"""160 pictures: a fifth of them test the model. Few enough to train within seconds."""
UNSEEN_PER_DIGIT = 5
REPORT = Path(__file__).resolve().parent.parent / ".local" / "report.html"
FAIR_SHARE = 0.7
"""Of the unseen digits that have to be classified rightly; guessing would get 0.1."""


@dataclass(kw_only=True)
class Demo:
    """One run of the demo: what it does, and what turned out to be true."""

    aws: LocalAws
    cli: CdkCli
    view: DemoView
    work_dir: Path
    report: Path = REPORT
    """Where the report of the version is kept."""
    checks: list[tuple[str, bool]] = field(default_factory=list)

    def run(self) -> bool:
        """Do all of it; return whether everything that had to be true was."""
        pipeline = self._deploy()
        self._upload(pipeline)
        self._train(pipeline)
        self._classify(pipeline)
        self._train_again(pipeline)
        self._take_down(pipeline)
        self.view.title("What had to be true")
        self.view.checks(self.checks)
        return all(holds for _, holds in self.checks)

    def _check(self, text: str, holds: bool) -> None:
        self.checks.append((text, holds))

    def _deploy(self) -> DemoPipeline:
        self.view.title(f"Deploying {LOCAL_STACK} to the local AWS at {self.aws.endpoint_url}")
        outputs_file = self.work_dir / "outputs.json"
        with self.view.working("Deploying with the CDK CLI"):
            deploy_local(self.cli, outputs_file=outputs_file, on_step=self.view.say)
        return DemoPipeline(aws=self.aws, cli=self.cli, outputs=Outputs.read(outputs_file))

    def _upload(self, pipeline: DemoPipeline) -> None:
        self.view.title("Uploading pictures, a folder a label")
        with self.view.working(f"Drawing and uploading {PICTURES_PER_DIGIT * 10} handwritten digits"):
            for digit in digits(per_label=PICTURES_PER_DIGIT):
                pipeline.upload(digit)
        self.view.say(f"s3://{pipeline.outputs.bucket_name}/images_labeled_by_folder/0/ … 9/")

    def _train(self, pipeline: DemoPipeline) -> None:
        self.view.title("Training")
        ended = pipeline.train(on_state=self.view.state)
        if ended.status != "SUCCEEDED":
            self.view.say(f"{ended.status} {ended.error}: {ended.cause}")
        else:
            self.view.title("Judged")
            self.view.gate(ended.output)
        f1, minimum = ended.output.get("f1"), ended.output.get("minimum_f1")
        self._check("the run ended with the outcome deployed", ended.output.get("outcome") == "deployed")
        self._check(f"F1 {f1} reached the minimum {minimum}", bool(f1 and minimum and f1 >= minimum))
        version = str(ended.output.get("version"))
        self._keep_report(pipeline, ended.output.get("evaluation_report"))
        self._check("exactly that version is RUNNING", pipeline.running_versions() == [version])
        self._check("the operators were told of it once", pipeline.kinds_told().count("outcome") == 1)

    def _keep_report(self, pipeline: DemoPipeline, uri: str | None) -> None:
        """The bucket goes at the end; the report stays, to be looked at."""
        if uri is not None:
            self.report.parent.mkdir(parents=True, exist_ok=True)
            self.report.write_bytes(pipeline.read(uri))
            self.view.say(f"The report, for any browser: {self.report}")
        self._check("the version has a report", uri is not None)

    def _classify(self, pipeline: DemoPipeline) -> None:
        self.view.title("Classifying digits that the model has never seen")
        running = pipeline.running_versions()
        if not running:
            self._check("there is a model to classify with", False)
            return
        unseen = digits(per_label=UNSEEN_PER_DIGIT, skip=PICTURES_PER_DIGIT)
        guesses = [pipeline.classify(digit, version=running[0]) for digit in unseen]
        self.view.guesses(guesses)
        right = sum(guess.is_right for guess in guesses)
        text = f"{right} of {len(guesses)} unseen digits were right, at least {FAIR_SHARE:.0%} had to be"
        self._check(text, right >= FAIR_SHARE * len(guesses))

    def _train_again(self, pipeline: DemoPipeline) -> None:
        self.view.title("Training again, with nothing new")
        before = pipeline.versions()
        paid_before = pipeline.trainings_started()
        ended = pipeline.train(on_state=self.view.state)
        outcome = ended.output.get("outcome")
        self.view.say(f"Outcome {outcome}: {ended.output.get('reason') or ended.cause}")
        self._check(f"the second run's outcome {outcome} is nothing_to_train", outcome == "nothing_to_train")
        self._check("it created no version", pipeline.versions() == before)
        self._check("it started no training", pipeline.trainings_started() == paid_before)

    def _take_down(self, pipeline: DemoPipeline) -> None:
        self.view.title("Taking it all down, as `make destroy` does on AWS")
        bucket = pipeline.outputs.bucket_name
        pipeline.destroy(report=self.view.say)
        self._check("the project and its models are gone", pipeline.project_is_gone())
        self._check("the stack is gone", pipeline.stack_is_gone())
        self._check(f"the bucket {bucket} is gone", pipeline.bucket_is_gone())


def run(settings: Settings) -> bool:
    """Start a server on a free port, run the demo on it, and stop it."""
    view = DemoView()
    with (
        tempfile.TemporaryDirectory(prefix="make-demo-") as work,
        LocalAws(
            port=0,
            time_scale=settings.time_scale,
            schedule_scale=settings.schedule_scale,
            without_mends=tuple(settings.without_mends),
        ) as aws,
    ):
        cli = local_cli(aws, work_dir=Path(work), on_line=lambda _line: None)
        succeeded = Demo(aws=aws, cli=cli, view=view, work_dir=Path(work)).run()
    if succeeded:
        view.say(f"Open the report of the model in a browser: {REPORT}")
    view.title("All of it was true." if succeeded else "The demo failed: see what was FALSE above.")
    return succeeded


def main() -> int:
    """Run the demo; exit code 0 only if everything that it shows was true."""
    end_like_ctrl_c()
    try:
        return 0 if run(Settings.from_environment(os.environ)) else 1
    except (SettingsError, LocalAwsError, CdkCliError, RemovalError, ClientError, BotoCoreError) as problem:
        print(f"The demo stopped: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
