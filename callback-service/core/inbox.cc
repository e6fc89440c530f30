#include "callback-service/core/inbox.h"

#include <memory>
#include <mutex>
#include <utility>

namespace bw::callback_service {
namespace {

struct Batch {
  std::mutex mutex;  // guards waiting, result
  std::size_t waiting = 0;
  InboxResult result;
  std::function<void(InboxResult)> done;
};

// A reason to send the webhook again outweighs one that sending again cannot mend.
void Note(InboxResult& result, const StatusOr<Recorded>& recorded) {
  if (recorded.ok()) {
    if (recorded->is_duplicate) ++result.duplicates;
  } else if (result.status.ok() || result.status.code() == StatusCode::kInvalidArgument) {
    result.status = recorded.status();
  }
}

}  // namespace

void RecordAll(CallLedger& ledger, std::vector<Event> events, std::chrono::milliseconds store_wait,
               std::function<void(InboxResult)> done) {
  if (events.empty()) return done({});
  auto batch = std::make_shared<Batch>();
  batch->waiting = events.size();
  batch->done = std::move(done);
  for (Event& event : events) {
    ledger.RecordPlain(std::move(event), store_wait, [batch](StatusOr<Recorded> recorded) {
      InboxResult result;
      {
        const std::lock_guard lock(batch->mutex);
        Note(batch->result, recorded);
        if (--batch->waiting > 0) return;
        result = std::move(batch->result);
      }
      batch->done(std::move(result));
    });
  }
}

}  // namespace bw::callback_service
