#include "tests/conformance/fixture_catalogue.h"

namespace bw::conformance {

namespace v1 = bw::tool_service::v1;

// One stream. At most one write is under way; changes meanwhile become one more.
class Catalogue::Watcher : public grpc::ServerWriteReactor<v1::WatchCatalogueResponse> {
 public:
  explicit Watcher(Catalogue& catalogue) : catalogue_(catalogue) {}

  void Tell() {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    if (writing_) {
      changed_ = true;
      return;
    }
    Write();
  }
  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) return End();
    if (changed_ && !finished_) Write();
  }
  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    End();
  }
  void OnDone() override {
    {
      const std::lock_guard lock(catalogue_.mutex_);
      catalogue_.watchers_.erase(this);
    }
    delete this;
  }

 private:
  void Write() {
    changed_ = false;
    writing_ = true;
    message_ = catalogue_.Revisions();
    StartWrite(&message_);
  }
  void End() {
    if (finished_) return;
    finished_ = true;
    Finish(grpc::Status::CANCELLED);
  }

  Catalogue& catalogue_;
  std::mutex mutex_;  // guards all below
  v1::WatchCatalogueResponse message_;
  bool writing_ = false;
  bool changed_ = false;
  bool finished_ = false;
};

void Catalogue::ToggleTool() {
  ++tools_revision_;
  TellWatchers();
}

void Catalogue::TogglePrompt() {
  ++prompts_revision_;
  TellWatchers();
}

v1::WatchCatalogueResponse Catalogue::Revisions() const {
  v1::WatchCatalogueResponse revisions;
  revisions.set_tools_revision(std::to_string(tools_revision_));
  revisions.set_prompts_revision(std::to_string(prompts_revision_));
  revisions.set_resources_revision("0");
  return revisions;
}

grpc::ServerWriteReactor<v1::WatchCatalogueResponse>* Catalogue::Watch() {
  auto* watcher = new Watcher(*this);
  const std::lock_guard lock(mutex_);
  watchers_.insert(watcher);
  watcher->Tell();
  return watcher;
}

void Catalogue::TellWatchers() {
  const std::lock_guard lock(mutex_);
  for (Watcher* watcher : watchers_) watcher->Tell();
}

}  // namespace bw::conformance
