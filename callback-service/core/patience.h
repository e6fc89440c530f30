// What a caller hears while the agent thinks. The webhook is held for a while in silence; then the
// caller gets a short document that ends in a Redirect back to us, and so on until the patience
// ends in an apology. Never a Redirect alone: that would spin at the network's speed.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "common/status/status.h"

namespace bw::callback_service {

struct PatienceOptions {
  /// How long a webhook is held in silence. Must stay well below the call's callbackTimeout (15 s
  /// unless the application says otherwise), or the platform ends the call.
  std::chrono::milliseconds hold{4'000};
  /// Documents one caller gets in a row while waiting; then the apology. About seven seconds each.
  int max_waits = 60;
  /// Documents for which an inbound call is left ringing, unanswered and unbilled, before the
  /// waiting sentence answers it.
  int max_rings = 6;
  std::chrono::milliseconds ring{3'000};
  std::string waiting_sentence = "One moment, please.";
  std::string apology_sentence =
      "Sorry, we cannot take your call right now. Please try again later.";
  /// A voice of the platform; empty: its default.
  std::string voice;
  /// What our own webhooks are guarded with; the platform knows them only from the document.
  std::string username;
  std::string password;
  /// The URL at which a call waits for the `wait`th time; `call_id` may be empty when it is
  /// unknown.
  std::function<std::string(std::string_view call_id, int wait)> continue_url;
};

/// Where a caller stands.
struct Wait {
  std::string_view call_id;
  /// Documents heard in a row already.
  int count = 0;
  bool is_unanswered_inbound = false;
};

enum class FillerKind { kSentence, kRing, kApology };

struct Filler {
  FillerKind kind = FillerKind::kSentence;
  std::string bxml;
};

/// Thread-safe: never changes.
class Patience {
 public:
  /// INVALID_ARGUMENT when the options do not give valid documents.
  static StatusOr<Patience> Create(PatienceOptions options);

  std::chrono::milliseconds hold() const { return options_.hold; }
  /// The next document for a caller who has nothing else to hear.
  Filler Next(const Wait& wait) const;
  /// For a called party about to be bridged: a document that ends at once.
  std::string BridgeNow() const;
  /// The count in a webhook's URL; 0 for anything that we did not write ourselves.
  int ParseCount(std::string_view text) const;

 private:
  explicit Patience(PatienceOptions options) : options_(std::move(options)) {}
  FillerKind KindOf(const Wait& wait) const;

  PatienceOptions options_;
};

}  // namespace bw::callback_service
