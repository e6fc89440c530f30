// One Ingest stream: its unanswered items and the documents it has been given but not confirmed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "event-store/core/held_webhooks.h"
#include "event-store/core/ingest.h"

namespace bw::event_store {

class EventHub;

/// Thread-safe.
class IngestSession : public std::enable_shared_from_this<IngestSession> {
 public:
  /// `hub` must outlive the session, `sink` must live until Close has returned.
  IngestSession(EventHub& hub, OutcomeSink& sink, std::size_t max_pending);

  /// Every item gets exactly one outcome, unless the session is closed first.
  void Submit(IngestItem item);
  /// False while max_pending items wait for the store (held ones do not count): the stream should
  /// not be read until OnRoom.
  bool HasRoom() const;
  /// The stream is gone: nothing is told to the sink any more, its holds end, and the documents
  /// that were given to it without a confirmation go back to their slots.
  void Close();

 private:
  friend class EventHub;
  struct Unconfirmed {
    SettleRequest settle;
    /// A webhook sent again over the same stream got the document twice.
    int copies = 0;
  };
  void Append(std::uint64_t correlation_id, AppendItem item);
  void OnAppended(std::uint64_t correlation_id, const HeldEvent& event, std::uint32_t hold_ms,
                  StatusOr<AppendResult> result);
  void Settle(std::uint64_t correlation_id, SettleRequest request);
  void Release(const ReleaseItem& release);
  /// Whether a release came for this event while it was on its way to the store.
  bool TakeEarlyRelease(const HeldEvent& event);
  bool ForgetUnconfirmed(const SettleRequest& request);
  /// Tells the sink; keeps in mind the document the outcome carries (the hub was told before), or
  /// returns it when the stream is gone.
  void Answer(IngestOutcome outcome, const HeldEvent& event);
  void AnswerStatus(std::uint64_t correlation_id, const Status& status);
  void BeginPending();
  void EndPending();
  bool is_closed() const;
  bool TooManyUnconfirmed() const;

  EventHub& hub_;
  OutcomeSink& sink_;
  const std::size_t max_pending_;
  mutable std::mutex mutex_;  // guards all below; held while the sink is told
  std::size_t pending_ = 0;
  bool was_full_ = false;
  bool closed_ = false;
  std::unordered_map<std::string, Unconfirmed> unconfirmed_;  // by receipt id
  // Voice events on their way to the store, at most max_pending_; true once released.
  std::map<std::pair<std::string, std::string>, bool> appending_;  // by tenant and identity
};

}  // namespace bw::event_store
