"""Pages of a device's user code (RFC 8628)."""

from flask import Blueprint, render_template
from flask import request as http
from werkzeug.wrappers import Response

from idp.oidc.authorization import authorize, device_codes
from idp.refusals import Refusal
from idp.refusals.general import PAGE_NOT_FOUND
from idp.runtime.context import address, now
from idp.web.form_pages import FormPage, Page
from idp.web.forms import EmptyForm

blueprint = Blueprint("oidc_pages", __name__)


@blueprint.route("/device", methods=["GET", "POST"])
def device() -> Page:
    """RFC 8628 §3.3: the user code, typed or from the QR code; then an ordinary login."""
    moment = now()
    form, form_page = EmptyForm(), FormPage("oidc/device.html")
    typed = http.form.get("user_code", http.args.get("user_code", ""))[:40]
    with form_page:
        if form.validate_on_submit():
            return authorize.wait_for(device_codes.look_up(typed, address(), moment), moment)
    return form_page.show(form=form, typed=typed)


@blueprint.get("/device/done")
def device_done() -> str:
    return render_template("oidc/device_done.html", refused="refused" in http.args)


@blueprint.get("/device/qr.svg")
def device_qr() -> Response:
    """The QR code as an image, for a device that cannot render one itself (RFC 8628 §3.3.1)."""
    drawn = device_codes.picture(http.args.get("user_code", "")[:40])
    if drawn is None:
        raise Refusal(PAGE_NOT_FOUND, "no user code")
    return Response(drawn, mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})
