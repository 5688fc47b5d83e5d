package main

import (
	"context"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/redactionprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/transformprocessor"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
)

type processorSettings struct {
	Type   string
	Config map[string]any
}

// collector is what a Collector does with a request between its receiver and its exporter, without either: the protobuf is read into its
// data model, goes through the processors, and is written again.
type collector struct {
	first     consumer.Traces
	out       []byte
	reader    ptrace.ProtoUnmarshaler
	processed int
}

func newCollector(chosen []processorSettings) *collector {
	made := &collector{}
	made.first = must(consumer.NewTraces(func(_ context.Context, traces ptrace.Traces) error {
		writer := ptrace.ProtoMarshaler{}
		made.processed++
		made.out = must(writer.MarshalTraces(traces))
		return nil
	}))
	factories := map[string]processor.Factory{
		"redaction": redactionprocessor.NewFactory(),
		"transform": transformprocessor.NewFactory(),
	}
	for place := len(chosen) - 1; place >= 0; place-- {
		factory := factories[chosen[place].Type]
		config := factory.CreateDefaultConfig()
		check(confmap.NewFromStringMap(chosen[place].Config).Unmarshal(config))
		if checked, can := config.(interface{ Validate() error }); can {
			check(checked.Validate())
		}
		set := processor.Settings{ID: component.NewID(factory.Type()), TelemetrySettings: componenttest.NewNopTelemetrySettings()}
		made.first = must(factory.CreateTraces(context.Background(), set, config, made.first))
	}
	return made
}

func (made *collector) redact(request []byte, _ bool) []byte {
	before := made.processed
	check(made.first.ConsumeTraces(context.Background(), must(made.reader.UnmarshalTraces(request))))
	if made.processed == before {
		panic("the processors let nothing through")
	}
	return made.out
}
