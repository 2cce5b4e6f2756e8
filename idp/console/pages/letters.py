"""Letters: who needs one, class by class; print, mail merge, or by mail."""

from flask import request

from idp.console import letter_jobs
from idp.console.pages.page import Desk, Page, back, page, pressed, show
from idp.console.rules.rights import Act
from idp.context import now, settings
from idp.refusals import Refusal


@page("/school/<uai>/letters", "letters", Act.PRINT_LETTERS, matters=True)
def letters(desk: Desk) -> Page:
    assert desk.school is not None
    refusal, reach = None, desk.reach(Act.PRINT_LETTERS)
    if pressed() == "print":
        try:
            job = letter_jobs.ask(
                desk.school.id,
                reach,
                request.form.getlist("kind"),
                request.form.getlist("class"),
                request.form.get("form", ""),
                request.form.get("letters_in", ""),
                "again" in request.form,
                desk.actor,
                now(),
            )
            return back("job", number=job)
        except Refusal as met:
            refusal = met
    waiting = letter_jobs.waiting(desk.school.id, reach, now())
    rows = [
        {
            "code": code,
            "pupil": sum(kind == "pupil" for _, kind, _ in people),
            "guardian": sum(kind == "guardian" for _, kind, _ in people),
            "with_mail": sum(mail is not None for _, _, mail in people),
        }
        for code, people in waiting.items()
    ]
    return show(
        desk,
        "letters",
        refusal,
        rows=rows,
        kinds=sorted(reach.kinds & {"pupil", "guardian"}),
        days=settings().passwords.letter_days,
    )
