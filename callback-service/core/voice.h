// The decision for every voice webhook: record it, hold it, and always give the caller a valid
// document.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "callback-service/core/call_ledger.h"
#include "callback-service/core/patience.h"
#include "callback-service/core/voice_webhook.h"
#include "common/status/status.h"

namespace bw::callback_service {

/// Whether someone may be waiting for the reply of a route's webhooks, when the event does not tell
/// (unreadable, or of a type added to the platform since).
enum class Listener {
  kCaller,   // the platform executes what this URL answers
  kUnknown,  // the URL serves both kinds
  kNobody,   // the platform ignores what this URL answers
};

struct VoiceWebhook {
  StatusOr<VoiceEvent> event;
  Listener listener = Listener::kCaller;
  /// Of the webhook's URL; used where the event has none.
  std::string url_call_id = {};
  /// Documents this caller heard in a row, from the webhook's URL.
  int waits = 0;
};

enum class VoiceOutcome {
  kDocument,     // what the agent queued
  kFiller,       // a sentence or ring tones, then back to us
  kApology,      // the end of patience
  kBridge,       // nothing to whisper
  kAccepted,     // recorded; no document is expected
  kRefused,      // unreadable, and nobody listens
  kUnavailable,  // not recorded, and nobody listens: the platform may send it again
};

struct VoiceReply {
  VoiceOutcome outcome = VoiceOutcome::kAccepted;
  /// A complete document for the first four outcomes, empty otherwise.
  std::string bxml;
  /// Set with kDocument: pass it to Delivered once the reply is written, or known not to be.
  std::optional<Delivery> delivery;
  /// Why the webhook was answered without its event being recorded.
  Status problem;
  bool is_duplicate = false;
};

struct VoiceOptions {
  /// How much longer than the hold a caller's webhook waits for the store.
  std::chrono::milliseconds caller_store_wait{1'000};
  /// The same where nobody listens: up to the platform's 15 s, because it does not send such a
  /// webhook again once we were reached.
  std::chrono::milliseconds notice_store_wait{8'000};
  /// Told when the number of callers' webhooks that wait changes, by +1 or -1; any thread.
  std::function<void(int change)> on_held;
};

/// Thread-safe. `ledger` outlives it, and it outlives every Done of the ledger.
class Voice {
 public:
  using Respond = std::function<void(VoiceReply)>;
  /// Names a webhook that waits.
  using Id = std::uint64_t;

  Voice(CallLedger& ledger, Patience patience, VoiceOptions options = {});

  /// `respond` runs exactly once, on any thread, possibly before this returns. The result is 0 when
  /// there is nothing to wait for.
  Id Answer(VoiceWebhook webhook, Respond respond);
  /// The platform hung up on this webhook: nothing should be handed to it any more.
  void ClientGone(Id id);
  void Delivered(Delivery delivery) { ledger_.Delivered(std::move(delivery)); }

  /// Callers' webhooks that wait for a document.
  std::size_t held() const;
  /// From now on nothing is held; what is held is released, and answered by the ledger.
  void StopHolding();
  /// Answers what still waits, without the ledger.
  void AnswerAll();

  const Patience& patience() const { return patience_; }

 private:
  struct Turn;

  std::shared_ptr<Turn> AddTurn(const VoiceWebhook& webhook, Respond respond);
  void Finish(const std::shared_ptr<Turn>& turn, StatusOr<Recorded> recorded);
  VoiceReply Decide(const Turn& turn, StatusOr<Recorded> recorded) const;
  VoiceReply Fill(const Turn& turn, Status problem) const;
  VoiceReply AnswerUnreadable(const VoiceWebhook& webhook) const;
  void TellHeld(const Turn& turn, int change) const;

  CallLedger& ledger_;
  const Patience patience_;
  const VoiceOptions options_;

  mutable std::mutex mutex_;  // guards everything below, and the mutable part of every Turn
  bool is_holding_ = true;
  Id next_id_ = 1;
  std::unordered_map<Id, std::shared_ptr<Turn>> turns_;
  std::size_t held_ = 0;
};

}  // namespace bw::callback_service
