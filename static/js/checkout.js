// The card field and the payment. Every amount and every rule is the server's.
(function () {
  "use strict";
  var form = document.getElementById("checkout");
  var button = form.querySelector("[data-pay]");
  var mount = document.getElementById("card-element");
  var cardErrors = document.getElementById("card-errors");
  var table = document.getElementById("decline-messages");
  var messages = table ? JSON.parse(table.textContent) : {};
  var stripe = null;
  var card = null;

  if (mount && window.Stripe) {
    stripe = window.Stripe(form.dataset.publishableKey, { locale: document.documentElement.lang });
    card = stripe.elements().create("card", { hidePostalCode: true, disableLink: true });
    card.mount(mount);
    card.on("change", function (event) {
      cardErrors.textContent = event.error ? messageOf(event.error) : "";
    });
  } else if (mount) {
    cardErrors.textContent = messages.unreachable;
  }

  function messageOf(error) {
    return messages[error.decline_code] || messages[error.code] || messages.default;
  }

  function fieldOf(name) {
    return form.elements[name] || null;
  }

  // The error is read with its field, along with the help text that it has already.
  function describe(input, box, isInvalid) {
    var ids = (input.getAttribute("aria-describedby") || "").split(" ").filter(function (id) {
      return id && id !== box.id;
    });
    if (isInvalid) ids.push(box.id);
    if (ids.length) input.setAttribute("aria-describedby", ids.join(" "));
    else input.removeAttribute("aria-describedby");
    if (isInvalid) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  function showErrors(errors) {
    form.querySelectorAll("[data-errors-for]").forEach(function (box) {
      var found = errors[box.dataset.errorsFor] || [];
      box.textContent = found.join(" ");
      var input = fieldOf(box.dataset.errorsFor);
      if (input) describe(input, box, found.length > 0);
    });
    var first = Object.keys(errors).map(fieldOf).find(Boolean);
    if (first) first.focus();
  }

  function busy(is) {
    button.disabled = is;
    form.setAttribute("aria-busy", is ? "true" : "false");
  }

  function refuse(errors) {
    showErrors(errors);
    busy(false);
  }

  function toReturnPage(intentId) {
    window.location.assign(
      form.dataset.returnUrl + "?payment_intent=" + encodeURIComponent(intentId)
    );
  }

  function confirmCard(intention) {
    return stripe
      .confirmCardPayment(intention.client_secret, { payment_method: { card: card } })
      .then(function (result) {
        // A payment that went through before (a double click, a second tab) is no failure.
        var intent = result.paymentIntent || (result.error && result.error.payment_intent);
        if (intent && (intent.status === "succeeded" || intent.status === "processing")) {
          toReturnPage(intent.id);
          return;
        }
        cardErrors.textContent = messageOf(result.error || {});
        card.focus();
        busy(false);
      })
      .catch(function () {
        // Perhaps it went through all the same: the return page asks Stripe.
        toReturnPage(intention.client_secret.split("_secret")[0]);
      });
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (button.disabled || (mount && !stripe)) return;
    busy(true);
    cardErrors.textContent = "";
    fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      credentials: "same-origin",
      headers: { Accept: "application/json" },
    })
      .then(function (response) {
        return response.json().then(function (answer) {
          if (answer.errors) return refuse(answer.errors);
          showErrors({});
          if (answer.redirect) {
            window.location.assign(answer.redirect);
            return;
          }
          return confirmCard(answer);
        });
      })
      .catch(function () {
        refuse({ __all__: [messages.unreachable] });
      });
  });

  // Back from the page after the payment: the form is live again.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) busy(false);
  });
})();
