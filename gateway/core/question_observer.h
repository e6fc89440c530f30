// The port through which conversations with clients tell operators what happens; the adapter counts
// and logs.
#pragma once

#include "common/status/status.h"

namespace bw::gateway {

/// How a question to a client ended.
enum class QuestionEnd { kAnswered, kFailed, kTimedOut, kWithdrawn };

/// Thread-safe; must not block.
class QuestionObserver {
 public:
  virtual ~QuestionObserver() = default;
  virtual void QuestionAsked() = 0;
  /// Once for each that was asked.
  virtual void QuestionEnded(QuestionEnd end) = 0;
  /// A limit was reached: something was not asked.
  virtual void QuestionRefused() = 0;
  /// A response that answers no question of this client.
  virtual void StrayAnswer() = 0;
  /// An answer could not be handed to the replica that asked.
  virtual void MailFailed(const Status& why) = 0;
  /// A client presented a request state that is not good for its request.
  virtual void RequestStateRefused() = 0;
};

}  // namespace bw::gateway
