const RefreshPlugin = require('@pmmmwh/react-refresh-webpack-plugin');

module.exports = {
  mode: 'development',
  context: __dirname,
  entry: './src/main.jsx',
  module: {
    rules: [
      {
        test: /\.jsx$/,
        loader: 'babel-loader',
        options: { presets: [[require.resolve('@babel/preset-react'), { runtime: 'automatic' }]], plugins: [require.resolve('react-refresh/babel')] },
      },
    ],
  },
  plugins: [new RefreshPlugin()],
  infrastructureLogging: { level: 'error' },
  stats: 'none',
};
