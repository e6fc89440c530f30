#include "tool-service/openapi/catalogue_refresher.h"

#include <utility>

namespace bw::tool_service {
namespace {

// One look at a time: the next is scheduled when it is over.
constexpr int kThreads = 1;
constexpr std::size_t kMaxQueued = 2;

}  // namespace

CatalogueRefresher::CatalogueRefresher(Options options, const LiveDocuments* live,
                                       Scheduler& scheduler, Hooks hooks)
    : options_(std::move(options)),
      live_(live),
      scheduler_(scheduler),
      hooks_(std::move(hooks)),
      pool_(std::make_unique<worker::Pool>(kThreads, kMaxQueued)) {}

CatalogueRefresher::~CatalogueRefresher() { Stop(); }

CollectedDocuments CatalogueRefresher::Collect() const {
  return CollectDocuments(options_.folders,
                          live_ == nullptr ? std::vector<SourceText>() : live_->Kept());
}

void CatalogueRefresher::Start() {
  if (live_ != nullptr) {
    Begin();
  } else {
    ScheduleNext();
  }
}

void CatalogueRefresher::Stop() {
  std::unique_ptr<worker::Pool> pool;  // joined without the lock
  Scheduler::Id timer = 0;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    timer = std::exchange(timer_, 0);
    pool = std::move(pool_);
  }
  if (timer != 0) scheduler_.Cancel(timer);
}

void CatalogueRefresher::ScheduleNext() {
  const std::lock_guard lock(mutex_);
  if (stopped_ || options_.interval.count() == 0) return;
  timer_ = scheduler_.After(options_.interval, [this] { Begin(); });
}

void CatalogueRefresher::Begin() {
  Submit([this] {
    if (live_ == nullptr) return Apply();
    live_->Fetch([this](std::vector<LiveDocuments::Fetched> fetched) {
      auto shared = std::make_shared<std::vector<LiveDocuments::Fetched>>(std::move(fetched));
      Submit([this, shared] {
        hooks_.fetched(live_->Keep(*shared));
        Apply();
      });
    });
  });
}

void CatalogueRefresher::Submit(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (!stopped_) pool_->Submit(std::move(work));
}

void CatalogueRefresher::Apply() {
  hooks_.apply(Collect());
  ScheduleNext();
}

}  // namespace bw::tool_service
