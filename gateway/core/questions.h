// Questions of this server to its legacy clients: JSON-RPC requests on a call's stream, whose
// responses come back as messages of their own, to whichever replica the balancer picks.
// (2025-11-25 basic/transports; client/elicitation, client/sampling, client/roots)
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "common/clock/scheduler.h"
#include "common/json/json.h"
#include "common/status/status.h"
#include "gateway/core/jsonrpc.h"
#include "gateway/core/mailbox.h"
#include "gateway/core/question_observer.h"
#include "gateway/core/sealer.h"

namespace bw::gateway {

struct QuestionLimits {
  /// Open on this replica.
  std::size_t max_open = 4096;
  /// Asked at once by one call.
  std::size_t max_per_round = 16;
  /// How often one call may ask.
  int max_rounds = 10;
  /// Of one answer; what replicas hand each other must hold it.
  std::size_t max_answer_bytes = Mailbox::kMaxBodyBytes - 64;
  /// For the answers of one round: the call's timeout.
  std::chrono::milliseconds patience{120'000};
};

/// Whose client is asked: a session or a stdio connection.
struct Respondent {
  std::string tenant;
  /// As Request::cancel_scope; a secret.
  std::string scope;
};

/// What a client said to one question: a JSON-RPC result or error, both objects.
struct ClientAnswer {
  bool is_error = false;
  json::Json body;
};

/// Thread-safe.
class Questions {
 public:
  /// OK: the answer. UNAVAILABLE: the server stops.
  using Answered = std::function<void(StatusOr<ClientAnswer>)>;

  /// `mailbox` may be null: this process is the only one. All outlive the questions' answers.
  Questions(Sealer& sealer, Mailbox* mailbox, Scheduler& scheduler, QuestionObserver& observer,
            QuestionLimits limits = {});

  /// The id of a new question, to be sent as a string: unguessable, and worth nothing to anybody
  /// but its respondent. `answered` runs at most once, on any thread; not after Withdraw returned
  /// true. RESOURCE_EXHAUSTED names the limit, UNAVAILABLE after Stop.
  StatusOr<std::string> Open(const Respondent& respondent, Answered answered);
  /// True when the question was open; its answer will be stray.
  bool Withdraw(std::string_view id, QuestionEnd end);
  /// A response that a client sent here, to a question of this or of another replica.
  void Deliver(const Respondent& respondent, const Message& response);
  /// Ends every open question with UNAVAILABLE; none is opened and no mail is sent afterwards.
  void Stop();

  const QuestionLimits& limits() const { return limits_; }
  Scheduler& scheduler() { return scheduler_; }
  QuestionObserver& observer() { return observer_; }
  std::size_t open() const;

 private:
  struct Question {
    Answered answered;
    std::shared_ptr<Cancellable> mail;
  };

  void WaitForMail(const MailAddress& address, const std::string& id);
  // False when it is not open here.
  bool Answer(const std::string& id, StatusOr<ClientAnswer> answer);

  Sealer& sealer_;
  Mailbox* const mailbox_;
  Scheduler& scheduler_;
  QuestionObserver& observer_;
  const QuestionLimits limits_;
  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, Question, std::less<>> open_;
  bool stopped_ = false;
};

}  // namespace bw::gateway
