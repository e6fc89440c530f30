#include "gateway/core/questions.h"

#include <optional>
#include <utility>

namespace bw::gateway {
namespace {

constexpr std::string_view kPurpose = "mcp-question";
// The replica that asked is waiting; mail that nobody takes within this is for a dead one.
constexpr std::chrono::milliseconds kMailKeep{60'000};

MailAddress AddressOf(const Respondent& respondent, const std::string& id) {
  return {respondent.tenant, "question/" + id};
}

std::string EncodeAnswer(const ClientAnswer& answer) {
  json::Json mail = json::Json::object();
  mail[answer.is_error ? "error" : "result"] = answer.body;
  return json::Dump(mail);
}

std::optional<ClientAnswer> DecodeAnswer(std::string_view mail) {
  auto document = json::Parse(mail);
  if (!document.ok()) return std::nullopt;
  for (const bool is_error : {false, true}) {
    const json::Json* body = json::FindObject(*document, is_error ? "error" : "result");
    if (body != nullptr) return ClientAnswer{is_error, *body};
  }
  return std::nullopt;
}

}  // namespace

Questions::Questions(Sealer& sealer, Mailbox* mailbox, Scheduler& scheduler,
                     QuestionObserver& observer, QuestionLimits limits)
    : sealer_(sealer),
      mailbox_(mailbox),
      scheduler_(scheduler),
      observer_(observer),
      limits_(limits) {}

StatusOr<std::string> Questions::Open(const Respondent& respondent, Answered answered) {
  // The sealed digest tells every replica whose question it is.
  std::string id = sealer_.Seal(kPurpose, sealer_.Digest(respondent.scope));
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return Unavailable("the server is shutting down");
    if (open_.size() < limits_.max_open) {
      open_.emplace(id, Question{std::move(answered), nullptr});
      answered = nullptr;
    }
  }
  if (answered) {
    observer_.QuestionRefused();
    return ResourceExhausted("too many questions to clients are open");
  }
  observer_.QuestionAsked();
  WaitForMail(AddressOf(respondent, id), id);
  return id;
}

void Questions::WaitForMail(const MailAddress& address, const std::string& id) {
  if (mailbox_ == nullptr) return;
  auto waiting = mailbox_->Wait(address, [this, id](StatusOr<std::string> mail) {
    if (!mail.ok()) return;
    auto answer = DecodeAnswer(*mail);
    if (answer) Answer(id, *std::move(answer));
  });
  {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(id);
    if (found != open_.end()) {
      found->second.mail = std::move(waiting);
      return;
    }
  }
  waiting->Cancel();
}

bool Questions::Answer(const std::string& id, StatusOr<ClientAnswer> answer) {
  Question question;
  {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(id);
    if (found == open_.end()) return false;
    question = std::move(found->second);
    open_.erase(found);
  }
  const bool answered = answer.ok() && !answer->is_error;
  observer_.QuestionEnded(answered ? QuestionEnd::kAnswered : QuestionEnd::kFailed);
  if (question.mail) question.mail->Cancel();
  question.answered(std::move(answer));
  return true;
}

bool Questions::Withdraw(std::string_view id, QuestionEnd end) {
  Question question;
  {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(id);
    if (found == open_.end()) return false;
    question = std::move(found->second);
    open_.erase(found);
  }
  observer_.QuestionEnded(end);
  if (question.mail) question.mail->Cancel();
  return true;
}

void Questions::Deliver(const Respondent& respondent, const Message& response) {
  const auto value = response.id ? json::Parse(response.id->json) : json::Json();
  if (!value.ok() || !value->is_string()) return observer_.StrayAnswer();
  const std::string id = value->get<std::string>();
  // Nobody answers what another was asked, and nobody fills the mail with made-up answers.
  if (sealer_.Open(kPurpose, id) != sealer_.Digest(respondent.scope)) {
    return observer_.StrayAnswer();
  }
  ClientAnswer answer{!response.error.is_null(), response.error};
  if (!answer.is_error) answer.body = response.result;
  std::string mail = EncodeAnswer(answer);
  if (mail.size() > limits_.max_answer_bytes) {
    answer = {true,
              {{"message", "the answer has more than " + std::to_string(limits_.max_answer_bytes) +
                               " bytes"}}};
    mail = EncodeAnswer(answer);
  }
  if (Answer(id, std::move(answer))) return;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
  }
  if (mailbox_ == nullptr) return observer_.StrayAnswer();
  mailbox_->Put(AddressOf(respondent, id), std::move(mail), kMailKeep, [this](const Status& put) {
    if (!put.ok()) observer_.MailFailed(put);
  });
}

void Questions::Stop() {
  std::map<std::string, Question, std::less<>> open;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    open.swap(open_);
  }
  for (auto& [id, question] : open) {
    observer_.QuestionEnded(QuestionEnd::kWithdrawn);
    if (question.mail) question.mail->Cancel();
    question.answered(Unavailable("the server is shutting down"));
  }
}

std::size_t Questions::open() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

}  // namespace bw::gateway
