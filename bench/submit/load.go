package main

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// result is what one load did.
type result struct {
	Filed   int
	Failed  int
	First   error // of those that failed
	Took    time.Duration
	Latency []time.Duration // of each whole path, or of each request, sorted
}

func (r result) perSecond() float64 { return float64(r.Filed) / r.Took.Seconds() }

func (r result) quantile(q float64) time.Duration {
	if len(r.Latency) == 0 {
		return 0
	}
	return r.Latency[min(len(r.Latency)-1, int(math.Ceil(q*float64(len(r.Latency))))-1)]
}

func (r result) String() string {
	s := fmt.Sprintf("%d filed in %.1f s: %.1f a second; one whole path p50 %s, p99 %s", r.Filed, r.Took.Seconds(), r.perSecond(), r.quantile(0.5).Round(time.Millisecond), r.quantile(0.99).Round(time.Millisecond))
	if r.Failed > 0 {
		s += fmt.Sprintf("; %d FAILED, the first: %v", r.Failed, r.First)
	}
	return s
}

// closed has every worker work as fast as it can for a while.
func closed(workers int, d time.Duration, work func(worker int) error) result {
	var r result
	var mu sync.Mutex
	var wg sync.WaitGroup
	began := time.Now()
	for w := range workers {
		wg.Go(func() {
			for time.Since(began) < d {
				at := time.Now()
				err := work(w)
				took := time.Since(at)
				mu.Lock()
				r.add(took, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	r.Took = time.Since(began)
	slices.Sort(r.Latency)
	return r
}

func (r *result) add(took time.Duration, err error) {
	if err != nil {
		r.Failed++
		if r.First == nil {
			r.First = err
		}
		return
	}
	r.Filed++
	r.Latency = append(r.Latency, took)
}

// open starts work at a steady rate whatever is still under way, so that waiting
// is measured too: the time of one counts from when it should have begun.
func open(workers int, perSecond float64, d time.Duration, work func(worker int) error) result {
	var r result
	var mu sync.Mutex
	var wg sync.WaitGroup
	began := time.Now()
	total := int64(perSecond * d.Seconds())
	var next atomic.Int64
	for w := range workers {
		wg.Go(func() {
			for {
				n := next.Add(1) - 1
				if n >= total {
					return
				}
				due := began.Add(time.Duration(float64(n) / perSecond * float64(time.Second)))
				time.Sleep(time.Until(due))
				err := work(w)
				took := time.Since(due)
				mu.Lock()
				r.add(took, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	r.Took = time.Since(began)
	slices.Sort(r.Latency)
	return r
}
