// Training of a classifier of samples, as five examples do it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <utility>

#include "training.hpp"

namespace support {

/// The task of a Trainer. Beside what Training asks for, Data has a list `test`, and append(batch, item), which adds an
/// item of it to a batch.
template <class Data, class Network, class Input>
class Classification : public Training<Data, Network, Input> {
 public:
  using Batch = typename Data::Batch;

  Classification(const Data& data, const Network& network, Input input, std::int64_t classes,
                 const RunSettings& settings)
      : Training<Data, Network, Input>(data, network, std::move(input), settings), confusion_(classes) {}

  /// Share of the test items that get their label, by the running statistics.
  double score(std::int64_t epoch) {
    confusion_ = scn::Confusion(confusion_.classes());
    for (std::size_t i = 0; i < this->data().test.size();) {
      Batch batch;
      for (int k = 0; k < 100 && i < this->data().test.size(); ++k) this->data().append(batch, this->data().test[i++]);
      confusion_.add(scn::predictions(this->call(batch)), batch.labels);
    }
    std::fprintf(stderr, "epoch %lld: test accuracy %.2f %%\n", static_cast<long long>(epoch + 1),
                 100 * confusion_.accuracy());
    return confusion_.accuracy();
  }

  const scn::Confusion& confusion() const { return confusion_; }  ///< true class, predicted class of the last score()

 private:
  scn::Confusion confusion_;
};

}  // namespace support
