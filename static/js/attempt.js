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

  function save(question) {
    clearTimeout(waiting.get(question));
    waiting.delete(question);
    if (closed) return;
    // Answers to one question are saved one after the other: the last one given is the last kept.
    question.saving = (question.saving || Promise.resolve()).then(function () {
      return send(question);
    });
  }

  function send(question) {
    say(question, texts.saving);
    return fetch(question.dataset.saveUrl, {
      method: "POST",
      body: valuesOf(question),
      credentials: "same-origin",
      keepalive: true,
      headers: { "X-CSRFToken": token, "X-Requested-With": "fetch", Accept: "application/json" },
    })
      .then(function (response) {
        var isJson = (response.headers.get("Content-Type") || "").includes("application/json");
        if (response.status >= 500) throw new Error(response.statusText);
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
    Array.from(waiting.keys()).forEach(function (question) { save(question); });
  }
  window.addEventListener("pagehide", flush);
  // Enter in a text field saves the answer; only the button submits the attempt.
  form.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.type === "text") {
      event.preventDefault();
      save(event.target.closest("[data-save-url]"));
    }
  });

  // Every answer is saved already, perhaps from another device, so the form sends none of its own.
  form.addEventListener("submit", function (event) {
    if (form.dataset.settled) return;
    event.preventDefault();
    flush();
    var questions = Array.from(form.querySelectorAll("[data-save-url]"));
    Promise.all(questions.map(function (question) { return question.saving; })).then(function () {
      if (waiting.size) return; // an answer could not be saved yet: its line says so
      form.dataset.settled = "yes";
      questions.forEach(function (question) { question.disabled = true; });
      form.submit();
    });
  });

  // Time -------------------------------------------------------------------------------------

  var timer = document.querySelector("[data-timer]");
  if (!timer) return;
  var value = timer.querySelector("[data-timer-value]");
  var seconds = Number(timer.dataset.seconds) * 1000;
  // Two clocks: one goes on while the device sleeps, the other can't be set back.
  var ends = [performance.now() + seconds, Date.now() + seconds];

  function two(number) {
    return String(number).padStart(2, "0");
  }

  function tick() {
    var left = Math.min(ends[0] - performance.now(), ends[1] - Date.now());
    left = Math.max(0, Math.round(left / 1000));
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
