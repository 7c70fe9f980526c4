// Saves each answer as it is given, and shows the time that the server says is left.
(function () {
  "use strict";
  var form = document.querySelector("[data-attempt]");
  var token = form.elements.csrfmiddlewaretoken.value;
  var texts = form.dataset;
  var closed = false;
  var waiting = new Map();

  // Saving -----------------------------------------------------------------------------------

  function valuesOf(question) {
    var body = new FormData();
    question.querySelectorAll("input[name]").forEach(function (input) {
      var typed = input.type === "text";
      if (typed || input.checked) body.append(input.name, input.value);
    });
    return body;
  }

  function say(question, text, isError) {
    var status = question.querySelector("[data-save-status]");
    status.textContent = text;
    status.classList.toggle("is-error", Boolean(isError));
  }

  function save(question, keepalive) {
    clearTimeout(waiting.get(question));
    waiting.delete(question);
    if (closed) return;
    // Answers to one question are saved one after the other: the last one given is the last kept.
    question.saving = (question.saving || Promise.resolve()).then(function () {
      return send(question, keepalive);
    });
  }

  function send(question, keepalive) {
    say(question, texts.saving);
    return fetch(question.dataset.saveUrl, {
      method: "POST",
      body: valuesOf(question),
      credentials: "same-origin",
      keepalive: Boolean(keepalive),
      headers: { "X-CSRFToken": token, "X-Requested-With": "fetch", Accept: "application/json" },
    })
      .then(function (response) {
        var isJson = (response.headers.get("Content-Type") || "").includes("application/json");
        if (!isJson) {
          return response.text().then(function (text) {
            say(question, response.status === 401 ? text : texts.failed, true);
          });
        }
        return response.json().then(function (answer) {
          if (response.status === 409) {
            closed = true;
            window.location.assign(answer.redirect);
            return;
          }
          if (!response.ok) return say(question, answer.message, true);
          question.toggleAttribute("data-answered-question", answer.is_answered);
          say(question, answer.problem || (answer.is_answered ? texts.saved : ""), answer.problem);
          count();
        });
      })
      .catch(function () {
        say(question, texts.failed, true);
        waiting.set(question, setTimeout(save, 5000, question));
      });
  }

  function count() {
    var counter = document.querySelector("[data-answered]");
    if (counter) counter.textContent = form.querySelectorAll("[data-answered-question]").length;
  }

  form.addEventListener("change", function (event) {
    save(event.target.closest("[data-save-url]"));
  });
  form.addEventListener("input", function (event) {
    if (event.target.type !== "text") return;
    var question = event.target.closest("[data-save-url]");
    clearTimeout(waiting.get(question));
    waiting.set(question, setTimeout(save, 800, question));
  });
  function flush() {
    Array.from(waiting.keys()).forEach(function (question) { save(question, true); });
  }
  window.addEventListener("pagehide", flush);
  // Enter in a text field saves the answer; only the button submits the attempt.
  form.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.type === "text") {
      event.preventDefault();
      save(event.target.closest("[data-save-url]"));
    }
  });

  // Time -------------------------------------------------------------------------------------

  var timer = document.querySelector("[data-timer]");
  if (!timer) return;
  var value = timer.querySelector("[data-timer-value]");
  var end = performance.now() + Number(timer.dataset.seconds) * 1000;

  function two(number) {
    return String(number).padStart(2, "0");
  }

  function tick() {
    var left = Math.max(0, Math.round((end - performance.now()) / 1000));
    var hours = Math.floor(left / 3600);
    var minutes = Math.floor(left / 60) % 60;
    value.textContent = (hours ? hours + ":" + two(minutes) : minutes) + ":" + two(left % 60);
    timer.classList.toggle("timer--low", left <= 60);
    if (left === 2) flush();
    if (left === 0) {
      // The server has submitted the attempt as it stands, or does so now.
      closed = true;
      window.location.reload();
      return;
    }
    setTimeout(tick, 500);
  }
  tick();
})();
