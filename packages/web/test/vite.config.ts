import { defineConfig, mergeConfig } from 'vite';
import base from '../vite.config.ts';
import { fixtureServer } from './fixture-server.ts';

export default mergeConfig(base, defineConfig({ plugins: [fixtureServer()], server: { proxy: {} } }));
