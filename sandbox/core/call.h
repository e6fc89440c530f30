// One call as the simulator keeps it, and what was seen of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/bxml/document.h"
#include "common/clock/scheduler.h"
#include "common/json/json.h"
#include "sandbox/core/script.h"
#include "sandbox/core/webhook.h"

namespace bw::sandbox {

enum class CallState { kQueued, kInitiated, kAnswered, kDisconnected };
enum class Direction { kInbound, kOutbound };

std::string_view NameOf(CallState state);
std::string_view NameOf(Direction direction);

/// Where an event goes, and where it goes when that fails.
struct CallbackTarget {
  std::string url;  // absolute, or "" for none
  std::string method = "POST";
  std::string fallback_url;
  std::string fallback_method = "POST";
  std::optional<Credentials> credentials;
  std::optional<Credentials> fallback_credentials;
};

/// What happened in a call, in order: webhooks with their latencies, verbs, key presses, states.
class Timeline {
 public:
  static constexpr std::size_t kMaxEntries = 500;

  /// `kind` is webhook, verb, keys, state or note. Beyond kMaxEntries entries are counted, not
  /// kept.
  void Add(std::int64_t at_us, std::string_view kind, json::Json details);
  const std::vector<json::Json>& entries() const { return entries_; }
  std::size_t dropped() const { return dropped_; }

 private:
  std::vector<json::Json> entries_;
  std::size_t dropped_ = 0;
};

/// A Gather in progress.
struct GatherProgress {
  bxml::Verb verb;
  std::string digits;
  int rounds_left = 0;
};

/// A stream or transcription that runs beside the verbs.
struct MediaTap {
  bool is_stream = true;
  std::string id;
  std::string name;
  std::string tracks;
  std::string destination;
  std::int64_t start_ms = 0;
  CallbackTarget target;
};

struct Recording {
  std::string id;
  bxml::Verb verb;
  std::string base_url;
  std::int64_t start_ms = 0;
  bool paused = false;
};

/// Two calls connected by Bridge.
struct BridgeLink {
  std::string peer_id;
  bool initiator = false;
  bxml::Verb verb;
  std::string base_url;
};

/// Of the call that transfers.
struct TransferProgress {
  bxml::Verb verb;
  std::vector<std::string> leg_ids;
  std::string winner_id;
};

struct Call {
  std::string id;
  std::string account_id;
  std::string application_id;
  std::string from;
  std::string to;
  Direction direction = Direction::kOutbound;
  CallState state = CallState::kQueued;
  std::string tag;

  // Milliseconds since the epoch; absent until it happens.
  std::optional<std::int64_t> enqueued_ms;
  std::int64_t start_ms = 0;
  std::optional<std::int64_t> answer_ms;
  std::optional<std::int64_t> end_ms;
  std::int64_t last_update_ms = 0;
  std::chrono::steady_clock::time_point created;

  std::string disconnect_cause;
  std::string error_message;
  std::optional<int> sip_response_code;

  CallbackTarget answer;
  CallbackTarget disconnect;
  std::chrono::milliseconds callback_timeout{15'000};
  std::chrono::milliseconds ring_timeout{30'000};
  /// The createCall member, or null.
  json::Json machine_detection;

  // Of a leg made by Transfer.
  std::string parent_id;
  std::string transfer_caller_id;
  std::string transfer_to;

  // --- execution ---
  CallerScript script;
  std::size_t next_digits = 0;
  std::int64_t gathers_done = 0;
  std::deque<bxml::Verb> pending;
  /// The URL that produced the running document; relative URLs resolve against it.
  std::string base_url;
  /// Grows when what runs is interrupted or goes on; a continuation of an older one is void.
  std::uint64_t generation = 0;
  /// Timers of the running verb, void together with the generation.
  std::vector<Scheduler::Id> verb_timers;
  /// Timers that end with the call.
  std::vector<Scheduler::Id> call_timers;
  std::optional<GatherProgress> gather;
  std::optional<bxml::Verb> start_gather;
  std::string start_gather_base_url;
  std::optional<Recording> recording;
  std::vector<MediaTap> taps;
  std::optional<BridgeLink> bridge;
  std::optional<TransferProgress> transfer;
  std::string conference_name;
  std::size_t webhooks_sent = 0;

  Timeline timeline;

  bool live() const { return state != CallState::kDisconnected; }
  bool is_leg() const { return !parent_id.empty(); }
  /// The number of the person outside.
  const std::string& person() const { return direction == Direction::kInbound ? from : to; }
};

/// getCallState's view.
json::Json CallStateJson(const Call& call);
/// What the sandbox shows of a call's course.
json::Json TimelineJson(const Call& call);
/// The members every voice event has (type, ids, numbers, times, tag, and those of a transfer leg).
json::Json VoiceEvent(const Call& call, std::string_view event_type, std::int64_t now_ms,
                      std::string_view api_base_url);

/// The target whose attributes begin with `prefix` ("gather" → gatherUrl, gatherMethod, …),
/// resolved against `base_url`; its url is "" when the verb has none.
CallbackTarget TargetOf(const bxml::Verb& verb, std::string_view prefix, std::string_view base_url);

/// "PT12.3S"
std::string IsoDuration(std::int64_t ms);

}  // namespace bw::sandbox
